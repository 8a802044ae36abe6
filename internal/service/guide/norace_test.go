//go:build !race

package guide

const Racing = false
