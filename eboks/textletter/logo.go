package textletter

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"codeberg.org/go-pdf/fpdf"
)

// logo writes the sender's logo, if there is one.
func (s *sheet) logo() error {
	raw := s.letter.From.Logo
	if len(raw) == 0 {
		return nil
	}
	flat, size, err := flatten(raw)
	if err != nil {
		return err
	}
	scale := min(logoWidth/float64(size.X), logoHeight/float64(size.Y))
	e := s.top.add("Figure")
	e.alt = "Logo: " + s.letter.From.Name
	asPNG := fpdf.ImageOptions{ImageType: "png"}
	s.pdf.RegisterImageOptionsReader("logo", asPNG, bytes.NewReader(flat))
	s.open(e)
	s.pdf.ImageOptions("logo", margin, headTop, float64(size.X)*scale, float64(size.Y)*scale, false, asPNG, 0, "")
	s.pdf.RawWriteStr("EMC")
	return nil
}

// flatten reads a PNG and writes it anew on white, in 8 bits and without transparency,
// which printers know best, and without the texts that a PNG may carry.
func flatten(raw []byte) ([]byte, image.Point, error) {
	var none image.Point
	if len(raw) > MaxLogo {
		return nil, none, refused(fmt.Sprintf("From.Logo is larger than %d bytes", MaxLogo))
	}
	c, err := png.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil:
		return nil, none, refused("From.Logo is not a PNG")
	case c.Width < 1 || c.Height < 1 || c.Width > MaxLogoSide || c.Height > MaxLogoSide || c.Width*c.Height > MaxLogoArea:
		return nil, none, refused(fmt.Sprintf("From.Logo has more than %d pixels, or a side of more than %d", MaxLogoArea, MaxLogoSide))
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, none, refused("From.Logo is a PNG that is damaged")
	}
	white := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(white, white.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(white, white.Bounds(), img, img.Bounds().Min, draw.Over)
	var b bytes.Buffer
	if err := png.Encode(&b, white); err != nil {
		return nil, none, fmt.Errorf("textletter: write logo: %w", err)
	}
	return b.Bytes(), white.Bounds().Size(), nil
}
