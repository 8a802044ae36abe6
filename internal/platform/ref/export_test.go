package ref

// Mod37 shows the tests the check sum.
var Mod37 = mod37
