// Package flame makes the call tree of a profile, and compares two sides frame by
// frame. Profiles are those of analyze/stackprofile.
//
// # The tree
//
// [Fold] makes the [Tree] that a flame graph shows: stacks with equal beginnings
// together, in preorder. The root is exactly the profile's total.
// [Tree.WriteJSON] writes it. Folding costs what is seen of a profile and not
// what is in it, so half a million stacks are folded in a second.
//
// # The difference
//
// [Compare] makes the [Diff] of two sides, each with one profile or several
// rounds, per request where that is known. Every frame has its change, an
// interval and a [Significance], which says whether the change stands out from
// noise. [Diff.Causes] are the few places that describe it best, [Diff.Certain]
// lists all that is certain. What a reader should doubt is in [Diff.Notes], as
// codes with figures. [Diff.WriteJSON] and [Diff.WriteFolded] write it.
//
// Pictures, tables and sentences for people are made by internal/flamepage.
package flame
