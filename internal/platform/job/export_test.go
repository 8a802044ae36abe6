package job

// Woken tells the tests whether the worker has been told to look, and forgets it.
func (q *Queue) Woken() bool {
	select {
	case <-q.wake:
		return true
	default:
		return false
	}
}
