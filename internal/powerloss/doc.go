// Package powerloss is a disk that can lose its power.
//
// A [Disk] is a file system in memory. It keeps two states: what programs see,
// and what they have made safe with fsync. [Disk.PowerOff] stops it at an
// instant, and [Disk.Lose] drops what was not safe, or parts of that by a seed.
// The package internal/powerloss/fusemount shows a disk to real programs.
//
// A tour: a disk is made with [New] (disk.go). Folders are in tree.go, files in
// file.go and content.go. [Disk.Sync] makes safe (sync.go). Losses are in
// loss.go.
//
// # What is modelled
//
//   - Content and size of a file are safe after a sync of that file. What a sync
//     makes safe is what was written before it began. If the power goes off during
//     a sync, nothing of it counts as safe.
//   - A rename, a link and a removal are safe after a sync of the folder. A new
//     file or folder also after a sync of itself, as in ext4, XFS and Btrfs;
//     [Options] can demand the folder, as POSIX allows. A rename survives
//     completely or not at all.
//   - A sector of 512 bytes is written completely or not at all. What is larger
//     can be torn.
//   - What was not synced survives by a seed: nothing, everything, in the order
//     of a journal, or in any order.
//
// # What is not modelled
//
// Permissions, owners and times are safe at once. A sector that was written
// twice since its last sync has its safe or its last content after a loss, and
// never the one in between. The kernel writes nothing by itself after some
// seconds, so more is lost than on a real disk. Syncs of different files are
// not ordered among themselves, and a sync does not fail. Sectors do not decay.
package powerloss
