// Package ref makes and checks the names of things: ids that sort by time, tokens that cannot be
// guessed, numbers that people read out on the telephone, and the identifiers of national standards.
//
// Its one rule: a name tells nothing about a person beyond what its standard puts into it, and a slip of
// the pen in a name with a check character is noticed.
//
// Standards: RFC 9562 (UUIDv7) in the spelling of TypeID; ISO/IEC 7064 MOD 37,36; GB 32100-2015 (unified
// social credit identifiers); GB 11643-1999 (citizen identification numbers); GB/T 36904-2018
// (identifiers of electronic certificates).
package ref
