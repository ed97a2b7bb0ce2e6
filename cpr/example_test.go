package cpr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/dkeid/dkeid/cpr"
)

func Example() {
	n, err := cpr.Parse("271258-9100") // a published test person
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n, n.BirthDate().Format(time.DateOnly), n.Sex(), n.Kind(), n.ChecksumOK())
	fmt.Println(n.Reveal())
	// Output:
	// ******-**** 1958-12-27 female ordinary true
	// 2712589100
}

// Numbers are values: they compare, and they are keys of maps.
func ExampleNumber() {
	type user struct{ number cpr.Number }
	a := user{cpr.MustParse("2712589100")}
	b := user{cpr.MustParse(" 271258-9100 ")}
	fmt.Println(a == b, a.number.IsZero(), cpr.Number{}.IsZero())

	visits := map[cpr.Number]int{}
	visits[a.number]++
	visits[b.number]++
	fmt.Println(visits)
	// Output:
	// true false true
	// map[******-****:2]
}

// A struct with a Number that reaches a marshaller fails loudly.
func ExampleNumber_MarshalJSON() {
	answer := struct{ CPR cpr.Number }{cpr.MustParse("2712589100")}
	_, err := json.Marshal(answer)
	fmt.Println(err)
	// Output:
	// json: error calling MarshalJSON for type cpr.Number: cpr: a Number is not written or read by marshallers, so that it cannot leak; where the digits are meant to be stored or sent, convert to cpr.Plain
}

func ExampleNumber_RequireOrdinary() {
	for _, s := range []string{"2712589100", "8712589100"} {
		fmt.Println(cpr.MustParse(s).RequireOrdinary())
	}
	fmt.Println(cpr.Number{}.RequireOrdinary())
	// Output:
	// <nil>
	// cpr: a replacement number where only an ordinary one will do
	// cpr: there is no number
}

func ExampleNumber_RequireBornBy() {
	today := time.Date(2026, time.May, 5, 0, 0, 0, 0, time.UTC)
	fmt.Println(cpr.MustParse("2712589100").RequireBornBy(today))
	fmt.Println(cpr.MustParse("0101505000").RequireBornBy(today))
	// Output:
	// <nil>
	// cpr: born after the day in question
}

func ExampleNumber_Pseudonym() {
	key := []byte("thirty-two bytes or more, secret") // from a vault, one for each purpose
	p, err := cpr.MustParse("2712589100").Pseudonym(key)
	fmt.Println(p, err)
	// Output:
	// 771aa447e41bc425d02943c756142a6d6d46220d74c8a652334712aa728d12d0 <nil>
}

func ExampleNumber_LogValue() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("letter sent", "to", cpr.MustParse("2712589100"))
	// Output:
	// level=INFO msg="letter sent" to=******-****
}

// Storing or sending the digits is a visible decision.
func ExamplePlain() {
	type row struct {
		Name string
		CPR  cpr.Plain
	}
	out, err := json.Marshal(row{"Søren", cpr.Plain(cpr.MustParse("271258-9100"))})
	fmt.Println(string(out), err)

	var back row
	err = json.Unmarshal(out, &back)
	fmt.Println(back, err)
	fmt.Println(cpr.Number(back.CPR).BirthDate().Year())
	// Output:
	// {"Name":"Søren","CPR":"2712589100"} <nil>
	// {Søren ******-****} <nil>
	// 1958
}

func ExamplePlain_Scan() {
	var p cpr.Plain
	fmt.Println(p.Scan("2712589100"), p)
	fmt.Println(p.Scan(int64(101505000)), p.IsZero())
	fmt.Println(p.Scan(nil), p.IsZero())
	// Output:
	// <nil> ******-****
	// cpr: an integer, which loses leading zeros; store the number as text true
	// <nil> true
}

// The reason chooses the hint for the person who typed the number.
func ExampleError() {
	for _, typed := range []string{"271258 9100", "101505000", "0203291WQ3"} {
		_, err := cpr.Parse(typed)
		var e *cpr.Error
		if !errors.As(err, &e) {
			continue
		}
		switch e.Reason {
		case cpr.ReasonSeparator:
			fmt.Println("Skriv en bindestreg efter fødselsdatoen, eller ingenting.")
		case cpr.ReasonLength:
			fmt.Println("Et CPR-nummer har ti cifre.")
		case cpr.ReasonLetters:
			fmt.Println("Et midlertidigt nummer fra et hospital kan ikke bruges her.")
		}
	}
	// Output:
	// Skriv en bindestreg efter fødselsdatoen, eller ingenting.
	// Et CPR-nummer har ti cifre.
	// Et midlertidigt nummer fra et hospital kan ikke bruges her.
}

func ExampleReason() {
	_, err := cpr.Parse("2902515000")
	var e *cpr.Error
	fmt.Println(errors.As(err, &e), e.Reason == cpr.ReasonLeapDay, e.Reason)
	fmt.Println(errors.Is(err, cpr.ErrInputInvalid))
	// Output:
	// true true the year has no 29 February
	// true
}

func ExampleKind() {
	for _, s := range []string{"2712589100", "8712589100"} {
		n := cpr.MustParse(s)
		fmt.Println(n.Kind(), n.Kind() == cpr.Ordinary, n.BirthDate().Day())
	}
	// Output:
	// ordinary true 27
	// replacement false 27
}

func ExampleSex() {
	fmt.Println(cpr.MustParse("2101270087").Sex() == cpr.Male, cpr.MustParse("2712589100").Sex())
	// Output:
	// true female
}
