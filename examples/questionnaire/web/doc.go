// Package web is the app as people see it: the login, the pages, and what follows when a form is handed in.
//
// It imports all the other rooms. Every address is in routes.go, and saml.go has those that a broker over SAML needs besides.
// app.go says what the app is made of. visit.go is one request of one person, view.go what a template sees.
//
// The pages stand by what people do there: front.go, answering.go and confirming.go on the way through a form,
// looking_back.go, letters_page.go and signatures_page.go afterwards, profile.go, age.go for the proof of age, and
// reading.go for the link in a letter. message.go says what went wrong and what to do. protect.go holds what every
// answer owes to the browser, assignment.go which claim of MitID becomes which property, deliver.go the work beside the pages.
//
// The files admin*.go are the pages for administrators: admin.go says who may see them, admin_routes.go where they are.
package web
