// Package textletter makes a letter out of text: a title, paragraphs and links,
// such as an e-mail notification has, become a PDF on A4 that a distributor can put
// into a mailbox or print.
//
// Fill in a [Letter] and call [Letter.PDF]. What it returns goes into a letter of
// package eboks as eboks.Bytes(pdf). [Parse] reads title, paragraphs and links from
// a text file.
//
// The package is a module of its own, so that nobody else gets a writer of PDFs. Its version
// is that of the root module; another one does not compile.
//
// # The page
//
// The margins are 25 mm, above and below too. The recipient's address stands 25 mm
// from the left and between 45 and 70 mm from the top. That is inside the address field
// of DIN 5008 form B (20 mm from the left, 45 mm from the top, 85 by 45 mm), and inside
// what the windows that are common in Norway for C4, C5, C6/5 and E6/5 have in common
// (from 15 to 110 mm from the left, from 44 to 70 mm from the top). Nothing else stands
// where a window can be, so a distributor can print the address there when Letter.To is
// empty. The sender stands on the right, the logo at the top. The text begins 98 mm from
// the top. Every page has its number at the bottom.
//
// Ask the distributor where the window of its envelopes is before the first letter on
// paper: Danish distributors do not publish it.
//
// # Characters
//
// The typeface is DejaVu Sans Condensed. It has Latin with the letters of Vietnamese
// and the capital ẞ, Greek with all accents, and Cyrillic with the letters of the
// languages of Russia and Central Asia, Armenian, Georgian, and many signs. Text is
// brought into the composed form (NFC) first: an "A" and a ring become "Å". Soft
// hyphens are left out. What cannot be written is an error that names the place and
// the script, never a box and never another letter: Arabic, Hebrew, Chinese, emoji, a
// mark that makes no letter of its own with the one in front of it. [Writable] says so
// beforehand, for a form that people fill in.
//
// A program that you hand on carries the typeface: add its licence, LICENSE-DejaVu of
// the module github.com/go-fonts/dejavu, to those that you hand on with it.
//
// # The file
//
// The fonts are embedded, each cut down to what the letter uses and under a name of its
// own, so that a printer can join many letters. There is no transparency and no script.
// The file names its language and its title, and it is tagged for screen readers: title
// and headings are headings, links are links, the logo has a text, page numbers are
// passed over. Nobody has certified it as PDF/UA.
//
// The same letter gives the same bytes, as long as the program is built with the same
// versions of Go and of its modules. Keep the bytes if a letter may be sent again by a
// later version.
//
// # Errors
//
// Every error is an *eboks.Error of the kind eboks.InputInvalid. It names the field and
// the limit, and repeats nothing of the letter but the code of a character that cannot
// be written. (An error of another kind means that the program was built with a version
// of fpdf whose files this package does not know.)
//
// # Personal data
//
// A Letter prints as a placeholder and does not marshal. A CPR number is refused in the
// title, which e-mails show, and in what a window shows; the paragraphs may have one.
package textletter
