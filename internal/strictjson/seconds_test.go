package strictjson_test

import (
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/stretchr/testify/assert"
)

func TestSecondsReadsEveryFormOfAJSONNumber(t *testing.T) {
	for number, want := range map[string][2]int64{ // rounded down, rounded up
		"0": {0, 0}, "0.0": {0, 0}, "0e0": {0, 0}, "0.2": {0, 1},
		"1790000000": {1790000000, 1790000000}, "1790000000.0": {1790000000, 1790000000},
		"1790000000.25": {1790000000, 1790000001}, "1790000000.75": {1790000000, 1790000001},
		"1790000000.9999999999999999999": {1790000000, 1790000001},
		"1790000000.0000000000000000001": {1790000000, 1790000001},
		"1.79e9":                         {1790000000, 1790000000}, "1.79E+9": {1790000000, 1790000000}, "1.79e09": {1790000000, 1790000000},
		"179e7": {1790000000, 1790000000}, "17900000005e-1": {1790000000, 1790000001}, "1e-32": {0, 1},
		"9223372036854775807": {9223372036854775807, 9223372036854775807},
	} {
		for i, up := range []bool{false, true} {
			got, ok := strictjson.Seconds(number, up)
			assert.True(t, ok, number)
			assert.Equal(t, want[i], got, "%s up=%t", number, up)
		}
	}
}

func TestSecondsRefusesWhatIsNoTime(t *testing.T) {
	for _, number := range []string{
		"", "-", "-0", "-1", "-1.5", "-1e9", "+1", "01", "00", "01.5", "1.", ".5", "1.e9", "1e", "1e+", "1e1.5", "1_000", "0x10", "1/2", "1e9 ", " 1",
		"NaN", "Infinity", "inf", "null", "true", `"1790000000"`, "1e400", "1e33", "1e-33", "1e999999999999999999999", "9223372036854775808", "1e19",
		"1." + strings.Repeat("0", 64), "١٢٣",
	} {
		for _, up := range []bool{false, true} {
			_, ok := strictjson.Seconds(number, up)
			assert.False(t, ok, number)
		}
	}
}
