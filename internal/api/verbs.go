package api

import (
	"context"
	"net/http"

	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
)

// MatterID is a matter of the desk in a path.
type MatterID struct {
	ID string `path:"id" maxLength:"64" doc:"Id of the matter"`
}

// Ruled is a decision as it is written.
type Ruled struct {
	MatterID
	Body struct {
		Approve    bool     `json:"approve"`
		Facts      string   `json:"facts" maxLength:"5000"`
		Reasons    string   `json:"reasons" maxLength:"5000"`
		Provisions []string `json:"provisions,omitempty" maxItems:"20" doc:"Ids of provisions; needed for a refusal"`
		Succeed    string   `json:"succeed,omitempty" maxLength:"5000" doc:"For a refusal: what would make it succeed"`
	}
}

func (r *Ruled) ruling() casework.Ruling {
	return casework.Ruling{Approve: r.Body.Approve, Facts: r.Body.Facts, Reasons: r.Body.Reasons, Provisions: r.Body.Provisions, Succeed: r.Body.Succeed}
}

// act is a verb of the desk on one matter. It answers without a body: whoever wants to see the case
// opens it, and that is recorded.
func act[I any](a *API, s spec, do func(ctx context.Context, c *call, in *I) error) {
	handle(a, s, func(ctx context.Context, c *call, in *I) (*none, error) { return nil, do(ctx, c, in) })
}

func (a *API) verbs() {
	act(a, post("/desk/matters/{id}/claim", "claimMatter", DeskHandle), func(ctx context.Context, c *call, in *MatterID) error {
		return a.Casework.Claim(ctx, c.by, in.ID)
	})
	type handover struct {
		MatterID
		Body struct {
			To   string `json:"to" maxLength:"64" doc:"Account of the colleague"`
			Note string `json:"note" maxLength:"1000"`
		}
	}
	act(a, post("/desk/matters/{id}/handover", "handOverMatter", DeskHandle), func(ctx context.Context, c *call, in *handover) error {
		return a.Casework.HandOver(ctx, c.by, in.ID, in.Body.To, in.Body.Note)
	})
	act(a, post("/desk/matters/{id}/acceptance", "acceptMatter", DeskHandle), func(ctx context.Context, c *call, in *MatterID) error {
		return a.Casework.Take(ctx, c.by, in.ID)
	})
	type decline struct {
		MatterID
		Body struct {
			Reasons    string   `json:"reasons" maxLength:"5000"`
			Provisions []string `json:"provisions" maxItems:"20"`
		}
	}
	act(a, post("/desk/matters/{id}/refusal-to-accept", "declineMatter", DeskHandle), func(ctx context.Context, c *call, in *decline) error {
		return a.Casework.Decline(ctx, c.by, in.ID, in.Body.Reasons, in.Body.Provisions)
	})
	type ask struct {
		MatterID
		Body struct {
			Points []Point `json:"points" maxItems:"50"`
			Until  string  `json:"until,omitempty" format:"date" doc:"Thirty days from today when absent"`
		}
	}
	act(a, post("/desk/matters/{id}/request", "askForMore", DeskHandle), func(ctx context.Context, c *call, in *ask) error {
		points := make([]casework.Point, len(in.Body.Points))
		for i, p := range in.Body.Points {
			points[i] = casework.Point(p)
		}
		return a.Casework.AskForMore(ctx, c.by, in.ID, points, deadline.Day(in.Body.Until))
	})
	type mark struct {
		MatterID
		Check string `path:"check" maxLength:"100"`
		Body  struct {
			Outcome string `json:"outcome" enum:"pass,fail,unknown"`
			Note    string `json:"note,omitempty" maxLength:"1000" doc:"Needed to override the system's check"`
		}
	}
	act(a, get("/desk/matters/{id}/checks/{check}", "markCheck", DeskHandle).with(http.MethodPut).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *mark) error {
		return a.Casework.Mark(ctx, c.by, in.ID, in.Check, in.Body.Outcome, in.Body.Note)
	})
	a.clockVerbs()
	a.rulingVerbs()
	type consult struct {
		MatterID
		Body struct {
			Body     string `json:"body" maxLength:"64" doc:"Id of the body that is asked"`
			Question string `json:"question" maxLength:"5000"`
			Until    string `json:"until" format:"date"`
		}
	}
	act(a, post("/desk/matters/{id}/consultations", "consultBody", DeskHandle), func(ctx context.Context, c *call, in *consult) error {
		return at(a.Casework.ConsultAs(ctx, c.by, c.makes("q"), in.ID, in.Body.Body, in.Body.Question, deadline.Day(in.Body.Until)), within("#"))
	})
	type reply struct {
		ID   string `path:"id" maxLength:"64"`
		Body struct {
			Answer string `json:"answer" maxLength:"5000"`
		}
	}
	act(a, post("/desk/consultations/{id}/answer", "answerConsultation", DeskHandle), func(ctx context.Context, c *call, in *reply) error {
		return a.Casework.AnswerConsultation(ctx, c.by, in.ID, in.Body.Answer)
	})
}

// clockVerbs are those that stop, start and lengthen the legal clock.
func (a *API) clockVerbs() {
	type special struct {
		MatterID
		Body struct {
			Kind   string `json:"kind" maxLength:"40" doc:"A procedure that art. 45 names and the matter provides for"`
			Reason string `json:"reason" maxLength:"5000"`
			Days   int    `json:"days" minimum:"1" maximum:"365" doc:"How long it takes, as the written notice says"`
		}
	}
	act(a, post("/desk/matters/{id}/special", "startSpecial", DeskHandle).mayFail(http.StatusGone), func(ctx context.Context, c *call, in *special) error {
		return a.Casework.StartSpecial(ctx, c.by, in.ID, in.Body.Kind, in.Body.Reason, in.Body.Days)
	})
	type end struct {
		MatterID
		Body struct {
			Outcome string `json:"outcome" maxLength:"5000"`
		}
	}
	act(a, post("/desk/matters/{id}/special/end", "endSpecial", DeskHandle), func(ctx context.Context, c *call, in *end) error {
		return a.Casework.EndSpecial(ctx, c.by, in.ID, in.Body.Outcome)
	})
	type reason struct {
		MatterID
		Body struct {
			Reason string `json:"reason" maxLength:"5000"`
		}
	}
	act(a, post("/desk/matters/{id}/extension", "askExtension", DeskHandle), func(ctx context.Context, c *call, in *reason) error {
		return a.Casework.AskExtension(ctx, c.by, in.ID, in.Body.Reason)
	})
	act(a, post("/desk/matters/{id}/extension/approval", "approveExtension", DeskSign).mayFail(http.StatusGone), func(ctx context.Context, c *call, in *MatterID) error {
		return a.Casework.Extend(ctx, c.by, in.ID)
	})
	act(a, post("/desk/matters/{id}/extension/refusal", "refuseExtension", DeskSign), func(ctx context.Context, c *call, in *reason) error {
		return a.Casework.RefuseExtension(ctx, c.by, in.ID, in.Body.Reason)
	})
	act(a, post("/desk/matters/{id}/return", "returnProposal", DeskSign), func(ctx context.Context, c *call, in *reason) error {
		return a.Casework.SendBack(ctx, c.by, in.ID, in.Body.Reason)
	})
}

// rulingVerbs are those that decide.
func (a *API) rulingVerbs() {
	act(a, post("/desk/matters/{id}/proposal", "proposeDecision", DeskHandle), func(ctx context.Context, c *call, in *Ruled) error {
		return a.Casework.Propose(ctx, c.by, in.ID, in.ruling())
	})
	act(a, post("/desk/matters/{id}/signature", "signDecision", DeskSign), func(ctx context.Context, c *call, in *MatterID) error {
		return a.Casework.Sign(ctx, c.by, in.ID)
	})
	act(a, post("/desk/matters/{id}/decision", "decideMatter", DeskHandle), func(ctx context.Context, c *call, in *Ruled) error {
		return a.Casework.Decide(ctx, c.by, in.ID, in.ruling())
	})
}
