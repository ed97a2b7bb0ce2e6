package fakepdf

// Check returns an error unless Sign can append to the file.
func Check(pdf []byte) error {
	f, err := readFile(pdf)
	if err != nil {
		return err
	}
	if _, err := f.pages(); err != nil {
		return err
	}
	_, _, err = f.form()
	return err
}
