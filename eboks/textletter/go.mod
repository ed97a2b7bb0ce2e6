module github.com/dkeid/dkeid/eboks/textletter

go 1.26.0

require (
	codeberg.org/go-pdf/fpdf v0.12.0
	github.com/dkeid/dkeid v0.0.0
	github.com/go-fonts/dejavu v0.3.2
	github.com/stretchr/testify v1.12.1
	golang.org/x/image v0.47.0
	golang.org/x/text v0.43.0
)

require (
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
