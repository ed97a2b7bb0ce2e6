package nets_test

import (
	"fmt"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/nets"
)

func ExampleNemLogin() {
	n := nets.NemLogin{CVR: claims.MustParseCVR("13748136"), OrgName: "Bageren på Ærø"}
	fmt.Println(n, n.CVR)
	// Output: nets.NemLogin{cvr org_name} 13748136
}

func ExampleTransactionText() {
	var t nets.TransactionText
	fmt.Println(t, t.Agrees()) // without a text and a digest nothing is proven
	// Output: nets.TransactionText{} false
}
