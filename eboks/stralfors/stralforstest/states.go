package stralforstest

import (
	"strings"

	"github.com/dkeid/dkeid/eboks"
)

// state is how the log writes a state.
type state struct{ name, event, uuid string }

// stateOf returns the words for a state. Those for eboks.Unknown stand in no table.
func stateOf(s eboks.Status) state {
	switch s {
	case eboks.Accepted:
		return state{"ModtagetStraalforsConnect", "Modtaget Fjern-print", "dd98e71c-41ac-4305-a47b-8f86b00e639b"}
	case eboks.Queued:
		return state{"Klar", "Klar", "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8"}
	case eboks.AcceptedDigital:
		return state{"ModtagetDigitalPost", "Modtaget Digital Post", "eb866ca2-b871-4387-b501-12cde577bd58"}
	case eboks.DeliveredDigital:
		return state{"AfleveretDigitalPost", "Afleveret Digital Post", "f7161a89-5068-4023-bc80-d7f4daad2a2e"}
	case eboks.PrintQueued:
		return state{"AfleveretTilPrintOgKuvertering", "Afleveret til print og kuvertering", "e3c0a021-2070-40d4-b7b7-754aeba762e9"}
	case eboks.HandedToCarrier:
		return state{"ModtagetPostDanmark", "Modtaget Post Danmark", "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3"}
	case eboks.CarrierUpdate:
		return state{"OpdateringFraPostDanmark", "Opdatering fra Post Danmark", "f4e6eb11-0261-4198-8b5d-be92a9b1a35d"}
	case eboks.Failed:
		return state{"Fejlet", "Fejlet", "e225a75c-4b63-46c4-9423-77f5c8762445"}
	case eboks.Recalled:
		return state{"Tilbagekaldt", "Tilbagekaldt", "f03904aa-df6e-417f-bd74-6a01a61adbcf"}
	default:
		return state{"LagtIFlaskepostÆØÅ", "Lagt i flaskepost ÆØÅ", "5f0c5a5e-1d1f-4c4e-8d5b-0d8a3f6a9b11"}
	}
}

// write returns the state in one of the ways.
func (s state) write(how States) string {
	switch how {
	case EventNames:
		return s.event
	case StateUUIDs:
		return s.uuid
	case BracedUUIDs:
		return "{" + strings.ToUpper(s.uuid) + "}"
	case URNUUIDs:
		return "urn:uuid:" + s.uuid
	default:
		return s.name
	}
}

// write returns an id in one of the ways.
func (how IDs) write(id string) string {
	switch how {
	case UpperIDs:
		return strings.ToUpper(id)
	case BracedIDs:
		return "{" + id + "}"
	case URNIDs:
		return "urn:uuid:" + id
	default:
		return id
	}
}
