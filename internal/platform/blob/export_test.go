package blob

// CheckPDF shows the tests the check alone.
var CheckPDF = checkPDF

// InspectPDF shows the tests the check with another bound on what is unpacked.
var InspectPDF = inspectPDF
