// Package opendb opens a database for package outbox, set up as an outbox needs it. It is
// apart from it because it brings drivers: modernc.org/sqlite, which registers the name
// "sqlite", and github.com/jackc/pgx/v5, which registers "pgx". A program that has a
// driver of its own opens its database itself.
package opendb
