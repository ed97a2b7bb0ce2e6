package mitidtest

import (
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
)

// Citizens returns the ready-made people, all fictitious, in the order of the
// page. The first one is who logs in when nothing else is said.
func Citizens() []Citizen {
	return []Citizen{Ditlev(), Paiman(), Protected(), WithoutCPR(), PasswordUser(), CompanyEmployee(), CompanySignatory(), Teenager()}
}

// Ditlev is the vendor's published test person Ditlev Von Testesen.
func Ditlev() Citizen {
	return Citizen{
		Name:    "Ditlev Von Testesen",
		CPR:     cpr.MustParse("2101270087"),
		UUID:    "74ffcd31-fbaf-4c33-bdac-169f25c1e416",
		Subject: "0f9960a0d28d4353a3e2ea07f8ffa185",
	}
}

// Paiman is the vendor's published test person Paiman Petersen, who has an
// address.
func Paiman() Citizen {
	return Citizen{
		Name: "Paiman Petersen",
		CPR:  cpr.MustParse("2712589100"),
		Address: &Address{
			Street: "Grusgraven 1,3 tv", PostalCode: "3400", City: "Hillerød", Locality: "(Lokalitet ukendt)",
			Road: "Grusgraven", RoadCode: "1732", Municipality: "Lyngby-Taarbæk", MunicipalityCode: "0173",
			House: "001", Floor: "03", Apartment: "  tv",
		},
	}
}

// Protected is a person whose name and address are protected in CPR: tokens
// hold neither.
func Protected() Citizen { return Citizen{CPR: born(1979, 3, 0)} }

// WithoutCPR is a person who lives in Denmark without a CPR number.
func WithoutCPR() Citizen {
	return Citizen{Name: "Zoë Grønbæk-Ångström", BirthDate: "1990-02-28", Country: "SE"}
}

// PasswordUser is a person who has nothing but a password, so that no login of
// theirs reaches Substantial.
func PasswordUser() Citizen {
	return Citizen{Name: "Bjørn Sørensen", CPR: born(1988, 11, 1), Password: true}
}

// CompanyEmployee is an employee of two organisations who can also log in for
// themself.
func CompanyEmployee() Citizen {
	return Citizen{
		Name: "Åse Ærlig Østergård",
		CPR:  born(1991, 6, 2),
		Companies: []Company{
			{CVR: "12345674", Name: "Smørrebrød & Søn ApS", Role: Employee, ProductionUnit: "1092738120", RID: "8636770830", SE: "98202298"},
			{CVR: "87654320", Name: "Blåbær og Ærter A/S", Role: Employee},
		},
	}
}

// CompanySignatory is a person who may bind a company on their own.
func CompanySignatory() Citizen {
	return Citizen{
		Name:      "Øjvind Håndværker",
		CPR:       born(1968, 12, 3),
		Companies: []Company{{CVR: "12345674", Name: "Smørrebrød & Søn ApS", Role: Signatory}},
	}
}

// Teenager is a person of seventeen years, whenever one looks: over 15 and 16, not
// over 18 and 21. They have a MitID and kept their CPR number to themself.
func Teenager() Citizen {
	return Citizen{
		Name:      "Esbjørn Kærgård",
		BirthDate: time.Now().UTC().AddDate(-17, -6, 0).Format(time.DateOnly),
		UUID:      "3f0d6c1e-7a52-4b8d-9c45-1e2f3a4b5c6d",
	}
}

// born returns a replacement number (day + 60) of somebody born on the last day
// of a month: nobody has one.
func born(year int, month time.Month, i int) cpr.Number {
	return cprtest.Born(time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC), i)
}
