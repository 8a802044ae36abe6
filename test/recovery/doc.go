// Package recovery kills the program while people and officers work with it, and damages its data, to
// see that nothing acknowledged is lost, nothing is done twice and no damage goes unseen.
//
// Its one rule: the program is the one that is delivered. It is killed as a power cut kills it, without
// notice, and what is checked afterwards is what its clients were told, read from the files it left.
package recovery
