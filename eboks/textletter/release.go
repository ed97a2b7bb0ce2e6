package textletter

import "github.com/dkeid/dkeid/internal/release"

// If this does not compile, the versions of two dkeid modules differ: get the same of each.
const _ = release.AllDkeidModulesNeedVersion_v0_0_0
