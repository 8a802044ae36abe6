//go:build !race

package guide

const racing = false
