// Package pades judges signed PDFs offline: who signed which bytes, when, and what was done
// to the file afterwards. The standard is PAdES (ETSI EN 319 142-1), and the answer has the
// three values of ETSI EN 319 102-1: passed, failed, or indeterminate, with reasons.
//
//	report, err := pades.Verify(ctx, file, pades.Policy{Roots: roots})
//	if err != nil {
//		return err // it is no PDF, or cannot be read as one
//	}
//	if report.Verdict != pades.Passed {
//		fmt.Println(report.Text(pades.English))
//	}
//
// # What is checked
//
// The file is read strictly, through all its updates; nothing is repaired and nothing is
// fetched. Signatures are those of the fields of the form. Each must cover its update whole, and
// nothing but its own value may be left out. The value is CMS with one signer (RFC 5652); the
// certificate that is judged and reported is the one whose key verified it. What a signature says
// of itself is read in the update that it covers.
//
// The time of signing is that of a timestamp (RFC 3161) about the signature, or of a document
// timestamp that covers it, by an authority that leads to Policy.TimestampRoots. At that time the
// certificate must lead to Policy.Roots and must not have been revoked, by the answers that are in
// the file. Or it is one of Policy.Pins. No certificate of this machine is trusted.
//
// Each later update may add signatures, timestamps, proofs and metadata. Everything else is a
// [Change] that is not allowed, and the signatures before it fail. Certifications and locks
// (DocMDP, FieldMDP) narrow what is allowed. A form field that was filled in without a
// certification that permits it makes the verdict indeterminate, unless Policy.FormFilling
// is set.
//
// Criipto (Idura) puts evidence of the login into each signature, and Nets eID Broker attaches it.
// Policies of [ForCriipto] and [ForNets] demand it, and Signature.Person says whom it names.
//
// # What is not checked
//
// What content streams draw, fonts and images. Whether the keys of evidence are the issuer's
// own, unless Policy.Keys has them: they came with the file then, and the seal alone vouches
// for them (Signature.Notes says so). European trust lists: give their certificates as Roots.
//
// # Limits
//
// A file has at most 64 MB, 1,024 updates, 400,000 objects and 256 signatures. Time is in
// proportion to the size of the file, and memory is the file and 16 MB at most.
//
// # Personal data
//
// A Report says who signed. It prints and logs as its verdict alone; Report.Text has names, and
// never a CPR number.
package pades
