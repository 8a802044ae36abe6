// Package notice keeps the messages that a person gets about her applications.
//
// Its one rule: a message says that something happened and where to read it, never what it says; so a
// message may travel through any channel. One event is told once, however often its job runs. The time
// at which a message enters her mailbox is the time of arrival (Electronic Signature Law, art. 11).
package notice
