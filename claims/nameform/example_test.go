package nameform_test

import (
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/claims/nameform"
)

func ExampleValidateUserID() {
	fmt.Println(nameform.ValidateUserID("Bjørn2712"))
	fmt.Println(nameform.ValidateUserID("2101270087"))
	fmt.Println(nameform.UserIDLooksLikeCPR("210127-0087"))
	// Output:
	// <nil>
	// nameform: not a MitID user ID: ten digits
	// true
}

func ExampleUserIDError() {
	err := nameform.ValidateUserID("Bo")
	var refused *nameform.UserIDError
	if errors.As(err, &refused) && refused.Reason == nameform.UserIDTooShort {
		fmt.Println("Skriv mindst", nameform.UserIDMin, "tegn")
	}
	// Output: Skriv mindst 5 tegn
}

func ExampleUserIDReason() {
	fmt.Println(nameform.UserIDBlankAtEnds)
	// Output: a blank at an end
}

func ExampleMachineReadable() {
	fmt.Println(nameform.MachineReadable("Søren Gråbøl", nameform.MachineReadableOptions{}))
	fmt.Println(nameform.MachineReadable("Müller", nameform.MachineReadableOptions{Umlauts: nameform.UmlautsPlain}))
	fmt.Println(nameform.MachineReadable("Юлія", nameform.MachineReadableOptions{Language: nameform.Ukrainian}))
	// Output:
	// SOEREN GRAABOEL <nil>
	// MULLER <nil>
	// YULIIA <nil>
}

func ExampleMachineReadableOptions() {
	fmt.Println(nameform.MachineReadable("Peña", nameform.MachineReadableOptions{LongN: true}))
	// Output: PENXXA <nil>
}

func ExampleUmlauts() {
	fmt.Println(nameform.MachineReadable("Ärö", nameform.MachineReadableOptions{Umlauts: nameform.UmlautsWithE}))
	// Output: AEROE <nil>
}

func ExampleLanguage() {
	fmt.Println(nameform.MachineReadable("Христо", nameform.MachineReadableOptions{Language: nameform.Macedonian}))
	fmt.Println(nameform.MachineReadable("Христо", nameform.MachineReadableOptions{Language: nameform.Bulgarian}))
	// Output:
	// HRISTO <nil>
	// KHRISTO <nil>
}

func ExampleNameError() {
	_, err := nameform.MachineReadable("Γιώργος", nameform.MachineReadableOptions{})
	var refused *nameform.NameError
	fmt.Println(errors.As(err, &refused) && refused.Reason == nameform.NameLetter, refused.Pos)
	// Output: true 1
}

func ExampleNameReason() {
	fmt.Println(nameform.NameLanguageMissing)
	// Output: Cyrillic letters without the language of the document
}

func ExampleSameMachineReadable() {
	fmt.Println(nameform.SameMachineReadable("Åse Müller", "ASE<MULLER"))
	fmt.Println(nameform.SameMachineReadable("Noël", "Noel"))
	// Output:
	// true <nil>
	// true <nil>
}
