// Package org holds the public bodies of a jurisdiction, and who holds which post in them.
//
// Its one rule: a body is known by its unified social credit code (GB 32100) and an officer by the post
// she holds; a role is one of a closed list, so that no policy can be met by inventing a word.
//
// It stands on the security floor: identity makes accounts from its staff, the gate asks it which body
// an officer belongs to, and the catalogue names its bodies. Fields follow zone_organization of the
// national platform (GB/T 39554). The chart is data of a jurisdiction, under organisations/*.yaml.
package org
