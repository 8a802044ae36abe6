// Package identity knows who acts: people and officers with their accounts, how they sign in, their
// sessions and API tokens, and how surely each is known. What it gives to all others is an Actor.
//
// Its one rule: a secret is nowhere. Passwords are kept as argon2id, cookies and tokens as keyed codes;
// who read the whole database could not sign in as anybody. Nothing that a stranger sees tells whether
// an account exists.
//
// It stands below the gate and writes its own tables directly: a sign-in happens before there is an
// actor whom the gate could ask about. What happens here is told to Config.Tell within the transaction,
// so that the application records it. The law behind it: GB/T 22239-2019, 8.1.4.1 (one account a
// person, handling of failed sign-ins, time-outs, two factors of which one cryptographic); assurance
// levels follow ISO/IEC 29115. Measures: OWASP ASVS 5.0, chapters 6 and 7.
//
// Reading order: actor.go, account.go, password.go, signin.go, session.go, cache.go, token.go,
// passkey.go, store.go.
package identity
