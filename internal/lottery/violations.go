package lottery

// What [Observer.Violation] is told: the kinds of the impossible. Each is an
// invariant seen broken, or about to be.
const (
	ViolationForgottenWin = "redis forgot a win"                     // I3
	ViolationTakenUnit    = "redis handed out a taken unit"          // I2, stopped by the ledger
	ViolationHeldUnit     = "redis held a taken unit"                // the same, found by the reconciler
	ViolationMissingRow   = "a confirmed win is not in the ledger"   // I1
	ViolationLostKey      = "redis lost a part of the activity"      // I3, noticed before it is answered from
	ViolationRefusedHold  = "redis held what the ledger cannot take" // I2, stopped by the ledger
	ViolationFalseSoldOut = "told sold out while units were left"    // I8
	ViolationLedgerBehind = "the ledger lost wins"                   // I1, it was brought back from an older copy
)

// Violations are all of them, for whoever counts them by kind.
func Violations() []string {
	return []string{ViolationForgottenWin, ViolationTakenUnit, ViolationHeldUnit, ViolationMissingRow, ViolationLostKey, ViolationRefusedHold, ViolationFalseSoldOut, ViolationLedgerBehind}
}
