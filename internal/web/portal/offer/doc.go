// Package offer shows a person the benefits that she is offered without having asked.
//
// Its one rule: she sees by which facts she was found, and declining is as easy as taking it up.
package offer
