// Package life is the life cycle of a person or a business on paper and screen: where she stands, what is
// to be done by when, what comes next, and the facts that say so.
//
// Its one rule: no step without its basis and its reason, and no date without a place to begin. The figure
// shows nothing that the list beside it does not say. What a visitor answers stays in a cookie of her own
// browser, and in no address. It stands on service/lifecycle, and its steps lead to plan.
package life
