package evidence

import "encoding/binary"

// A bundle is a zip file (PKWARE APPNOTE 6.3) in one form only: stored entries without
// gaps, no extra fields, no comments, fixed times, no Zip64. So a reader can write every
// header again from name, size and checksum, and compare. No byte of the file is outside
// an entry or a header that is compared, and nothing is ever unpacked.

const (
	localSignature   = 0x04034b50
	centralSignature = 0x02014b50
	endSignature     = 0x06054b50

	localSize   = 30 // bytes before the name
	centralSize = 46
	endSize     = 22

	zipVersion = 20     // of the format, which every program reads
	zipDate    = 0x0021 // 1 January 1980, the first day that the format has
)

// entry is one file in the zip file.
type entry struct {
	name   string
	crc    uint32
	size   int64
	offset int64 // of the local header
}

// begin returns where the content begins.
func (e *entry) begin() int64 { return e.offset + localSize + int64(len(e.name)) }

// end returns where the content ends.
func (e *entry) end() int64 { return e.begin() + e.size }

// local returns the header before the content.
func (e *entry) local() []byte {
	b := make([]byte, 0, localSize+len(e.name))
	b = binary.LittleEndian.AppendUint32(b, localSignature)
	b = e.appendCommon(b)
	return append(b, e.name...)
}

// central returns the entry of the directory at the end.
func (e *entry) central() []byte {
	b := make([]byte, 0, centralSize+len(e.name))
	b = binary.LittleEndian.AppendUint32(b, centralSignature)
	b = binary.LittleEndian.AppendUint16(b, zipVersion) // made by
	b = e.appendCommon(b)
	b = append(b, make([]byte, 2+2+2+4)...) // comment, disk, attributes
	b = binary.LittleEndian.AppendUint32(b, uint32(e.offset))
	return append(b, e.name...)
}

// appendCommon appends what both headers have.
func (e *entry) appendCommon(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, zipVersion)
	b = binary.LittleEndian.AppendUint16(b, 0) // flags
	b = binary.LittleEndian.AppendUint16(b, 0) // stored
	b = binary.LittleEndian.AppendUint16(b, 0) // time
	b = binary.LittleEndian.AppendUint16(b, zipDate)
	b = binary.LittleEndian.AppendUint32(b, e.crc)
	b = binary.LittleEndian.AppendUint32(b, uint32(e.size))
	b = binary.LittleEndian.AppendUint32(b, uint32(e.size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(e.name)))
	return binary.LittleEndian.AppendUint16(b, 0) // extra field
}

// endRecord returns the end of a zip file whose directory has n entries and size bytes
// and begins at offset.
func endRecord(n int, size, offset int64) []byte {
	b := make([]byte, 0, endSize)
	b = binary.LittleEndian.AppendUint32(b, endSignature)
	b = binary.LittleEndian.AppendUint32(b, 0) // disks
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(offset))
	return binary.LittleEndian.AppendUint16(b, 0) // comment
}
