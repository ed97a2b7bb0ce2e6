package mitid_test

import (
	"encoding/json"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

func TestASecretIsReadFromSettingsAndNeverWrittenBack(t *testing.T) {
	const text = "hemmelig-æøå"
	var settings struct{ ClientSecret mitid.Secret }
	require.NoError(t, json.Unmarshal([]byte(`{"ClientSecret":"`+text+`"}`), &settings))
	require.Equal(t, text, settings.ClientSecret.Reveal())
	written, err := json.Marshal(settings)
	require.Error(t, err)
	require.NotContains(t, string(written)+err.Error(), text)

	flags := flag.NewFlagSet("app", flag.ContinueOnError)
	var s mitid.Secret
	flags.TextVar(&s, "client-secret", mitid.NewSecret(text), "the `secret`")
	require.Equal(t, text, s.Reveal(), "the default")
	require.NotContains(t, flags.Lookup("client-secret").DefValue, text)
	require.NoError(t, flags.Parse([]string{"-client-secret", "en anden"}))
	require.Equal(t, "en anden", s.Reveal())
	require.NoError(t, s.UnmarshalText(nil))
	require.True(t, s.IsZero())
}
