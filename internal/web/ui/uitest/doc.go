// Package uitest checks the HTML of a page for what must hold on every one, so that a test of a room
// finds in a millisecond what the browser tests would find in a minute.
package uitest
