// Package lottery is what a prize draw is and which rules hold. It knows no
// SQL, no Redis and no HTTP: it declares the small interfaces it needs and the
// rooms around it fill them in.
//
// A tour, in the order a draw meets the types:
//
//  1. A [Spec] is what an organiser writes: prizes, weights, stock, limits,
//     window. [Spec.Validate] says what is wrong with one.
//  2. An [Activity] is a Spec made ready to draw from: immutable, with an
//     [AliasTable] built in integers, so the odds are exact. A [Snapshot] holds
//     all activities and is swapped whole.
//  3. An [Entry] is one person's request to draw. [Activity.Ticket] turns it
//     into a [Ticket]: the dice, the fingerprints under which it is remembered,
//     and the prize the dice chose.
//  4. [Engine.Draw] takes the ticket through the protocol: reserve a numbered
//     unit (a [Reserver]), decide in the ledger (a [Ledger]), answer.
//
// The invariants the protocol keeps are listed at [Engine].
package lottery
