package signingtest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// drawing returns a picture of a signature: a wave in black on white.
func drawing() []byte {
	const width, height = 400, 160
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for x := 20; x < width-20; x++ {
		y := height/2 + (x*x/90)%60 - 30
		for dy := range 4 {
			img.SetGray(x, y+dy, color.Gray{})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a buffer takes everything
	return b.Bytes()
}
