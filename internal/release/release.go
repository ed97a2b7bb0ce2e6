// Package release keeps the modules of this repository in one version. They share internal
// packages, so a mix of two releases is not supported. A module that shares them uses the
// constant, whose name changes with each release: the go command's "undefined:
// release.AllDkeidModulesNeedVersion_…" says what is wrong, and which version to get of
// every dkeid module, or to go back to.
package release

// AllDkeidModulesNeedVersion_v0_0_0 is used by every module of this release.
const AllDkeidModulesNeedVersion_v0_0_0 = true
