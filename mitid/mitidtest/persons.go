package mitidtest

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
)

// Citizens returns the ready-made people, all fictitious, in the order of the
// page. The first one is who logs in when nothing else is said.
//
// Their CPR numbers are ordinary ones, the same at every broker: published by the
// vendors for Ditlev, Paiman and ThreeIdentities, and of package cprtest for the
// others, whose birth dates lie ahead. So letters can be sent to all of them.
func Citizens() []Citizen {
	return []Citizen{
		Ditlev(), Paiman(), Protected(), WithoutCPR(), PasswordUser(), CompanyEmployee(), CompanySignatory(),
		ThreeIdentities(), CodeDisplayUser(), CodeReaderUser(), ChipUser(), NoDigitalPost(), NotInRegister(),
	}
}

// Ditlev is the vendor's published test person Ditlev Von Testesen.
func Ditlev() Citizen {
	return Citizen{
		Name:    "Ditlev Von Testesen",
		CPR:     cpr.MustParse("2101270087"),
		UUID:    "74ffcd31-fbaf-4c33-bdac-169f25c1e416",
		Subject: "0f9960a0d28d4353a3e2ea07f8ffa185",
		Shows:   Bilingual{DA: "et almindeligt login med appen", EN: "an ordinary login with the app"},
	}
}

// Paiman is the vendor's published test person Paiman Petersen, who has an
// address.
func Paiman() Citizen {
	return Citizen{
		Name:    "Paiman Petersen",
		CPR:     cpr.MustParse("2712589100"),
		UUID:    "8e6ab4ea-58b9-4130-a900-4366ba54eed9",
		Subject: "3687039b97c34c67aeb64da85f7e5818",
		Address: &Address{
			Street: "Grusgraven 1,3 tv", PostalCode: "3400", City: "Hillerød", Locality: "(Lokalitet ukendt)",
			Road: "Grusgraven", RoadCode: "1732", Municipality: "Lyngby-Taarbæk", MunicipalityCode: "0173",
			House: "001", Floor: "03", Apartment: " tv",
		},
		Shows: Bilingual{DA: "har en adresse", EN: "has an address"},
	}
}

// Protected is a person whose name and address are protected in CPR: tokens
// hold neither.
func Protected() Citizen {
	return Citizen{CPR: cprtest.Number(9003), Shows: Bilingual{DA: "har navne- og adressebeskyttelse", EN: "name and address are protected"}}
}

// WithoutCPR is a person who lives in Denmark without a CPR number.
func WithoutCPR() Citizen {
	return Citizen{
		Name: "Zoë Grønbæk-Ångström", BirthDate: "1990-02-28", Country: "SE",
		Shows: Bilingual{DA: "har intet CPR-nummer", EN: "has no CPR number"},
	}
}

// PasswordUser is a person who has nothing but a password, so that no login of
// theirs reaches Substantial.
func PasswordUser() Citizen {
	return Citizen{
		Name: "Bjørn Sørensen", CPR: cprtest.Number(9001), Password: true,
		Shows: Bilingual{DA: "har kun en adgangskode: sikringsniveau Lav", EN: "password only: level Low"},
	}
}

// CompanyEmployee is an employee of two organisations who can also log in for
// themself.
func CompanyEmployee() Citizen {
	return Citizen{
		Name: "Åse Ærlig Østergård",
		CPR:  cprtest.Number(9010),
		Companies: []Company{
			{CVR: "12345674", Name: "Smørrebrød & Søn ApS", Role: Employee, ProductionUnit: "1092738120", RID: "8636770830", SE: "98202298"},
			{CVR: "87654320", Name: "Blåbær og Ærter A/S", Role: Employee},
		},
		Shows: Bilingual{DA: "er ansat i to virksomheder", EN: "is employed by two companies"},
	}
}

// CompanySignatory is a person who may bind a company on their own.
func CompanySignatory() Citizen {
	return Citizen{
		Name:      "Øjvind Håndværker",
		CPR:       cprtest.Number(9011),
		Companies: []Company{{CVR: "12345674", Name: "Smørrebrød & Søn ApS", Role: Signatory}},
		Shows:     Bilingual{DA: "må tegne en virksomhed alene", EN: "may bind a company alone"},
	}
}

// Teenager is a person who is seventeen at the time now, such as Broker.Now: over
// 15 and 16, not over 18 and 21. The pages of a proof of age show them too.
func Teenager(now time.Time) Citizen {
	return Citizen{
		Name:      "Esbjørn Kærgård",
		BirthDate: now.UTC().AddDate(-17, -6, 0).Format(time.DateOnly),
		UUID:      "3f0d6c1e-7a52-4b8d-9c45-1e2f3a4b5c6d",
		Shows:     Bilingual{DA: "er 17 år", EN: "is seventeen"},
	}
}

// ThreeIdentities is somebody with all three identity types: private, employee,
// and private on behalf of a company. The number is the one that the vendor
// publishes for the test user Bjørn2712 of MitID Erhverv.
func ThreeIdentities() Citizen {
	return Citizen{
		Name: "Bjørn Bjerregård",
		CPR:  cpr.MustParse("1405509683"),
		Companies: []Company{
			{CVR: "87654320", Name: "Blåbær og Ærter A/S", Role: Employee},
			{CVR: "12345674", Name: "Smørrebrød & Søn ApS", Role: Signatory},
		},
		Shows: Bilingual{
			DA: "har alle tre slags identitet: privat, ansat, og privat på vegne af en virksomhed",
			EN: "has all three identity types: private, employee, and private on behalf of a company",
		},
	}
}

// CodeDisplayUser is a person who logs in with a code display.
func CodeDisplayUser() Citizen {
	return Citizen{
		Name: "Lærke Nørgård", CPR: cprtest.Number(9012), Authenticator: claims.CodeDisplay,
		Shows: Bilingual{DA: "bruger kodeviser: højst sikringsniveau Betydelig", EN: "uses a code display: level Substantial at most"},
	}
}

// CodeReaderUser is a person who logs in with a code reader, which speaks.
func CodeReaderUser() Citizen {
	return Citizen{
		Name: "Jørgen Blåbjerg", CPR: cprtest.Number(9013), Authenticator: claims.CodeReader,
		Shows: Bilingual{DA: "bruger kodeoplæser: højst sikringsniveau Betydelig", EN: "uses a code reader: level Substantial at most"},
	}
}

// ChipUser is a person who logs in with a password and the MitID chip, which
// gives level High whatever is asked for.
func ChipUser() Citizen {
	return Citizen{
		Name: "Sørine Ægidius", CPR: cprtest.Number(9014), Authenticator: claims.Chip,
		Shows: Bilingual{DA: "bruger MitID-chip: sikringsniveau Høj", EN: "uses the MitID chip: level High"},
	}
}

// NoDigitalPost is a person who is exempt from Digital Post. The fake distributors
// of package ebokstest know the number, and that nothing can be sent there.
func NoDigitalPost() Citizen {
	return Citizen{
		Name: "Søs Ågård", CPR: cprtest.Number(9007),
		Shows: Bilingual{DA: "er fritaget for Digital Post og kan ikke få breve", EN: "is exempt from Digital Post and cannot receive letters"},
	}
}

// NotInRegister is a person whose CPR number the register does not know, so that a
// look-up answers with an error that holds the number (see [Citizen.LookUpError]).
// [Broker.Differences] says where a fake puts it.
func NotInRegister() Citizen {
	return Citizen{
		Name: "Håkon Vesterø", CPR: cprtest.Number(9015), NotInRegister: true,
		Shows: Bilingual{DA: "findes ikke i CPR-registret: adresseopslaget fejler", EN: "is not in the CPR register: the address look-up fails"},
	}
}
