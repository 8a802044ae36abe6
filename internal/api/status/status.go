package status

import (
	"net/http"
	"strings"

	"tongban/internal/platform/fault"
)

// Of is the status of a fault.
func Of(f *fault.Error) int {
	if strings.HasPrefix(f.Code, "rate.") {
		return http.StatusTooManyRequests
	}
	switch f.Kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Denied:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Late:
		return http.StatusGone
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
