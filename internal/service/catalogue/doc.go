// Package catalogue holds the words of the service catalogue: services that people want done, the
// matters of public bodies they consist of, materials, forms, certificates and registers.
//
// Its one rule: a catalogue is data. A civil servant changes it in files; nothing here knows a
// particular service. It stands between the jurisdiction's files and guide, application and casework,
// and follows GB/T 39554 (elements of implementation checklists) and CPSV-AP 3.2.
package catalogue
