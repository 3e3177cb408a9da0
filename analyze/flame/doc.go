// Package flame makes the call tree of a profile, and compares two sides frame by
// frame. It takes the profiles of package stackprofile.
//
// # A tour
//
//  1. [Fold] makes a [Tree] of a profile: what a flame graph shows. Stacks with
//     the same beginning share their nodes, and the nodes are in preorder. The
//     total of the root is exactly the total of the profile.
//  2. [Tree.WriteJSON] writes the tree for other programs.
//  3. [Compare] makes a [Diff] of two sides. A side is one profile or several
//     rounds. Values are compared per request if the number of requests is known.
//     Every frame has its [Change] with an interval, and a [Significance], which
//     says whether the change is more than noise.
//  4. [Diff.Causes] are the few places that explain most of the change.
//     [Diff.Certain] lists all significant changes. [Diff.Notes] has the reasons
//     to read the result with care, as codes with figures.
//  5. [Diff.WriteJSON] and [Diff.WriteFolded] write the difference for other
//     programs.
//
// The command lotteryctl flame draws trees and differences, and words them.
//
// # Cost
//
// The cost of Fold depends on what is shown of a profile more than on its size:
// groups of stacks below the minimum share are never divided. Half a million
// stacks are folded in a second.
package flame
