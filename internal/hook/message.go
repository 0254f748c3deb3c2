package hook

import (
	"encoding/json"
	"time"
)

// A Message is what is told, as a hook of format [JSON] reads it.
type Message struct {
	ID   string    `json:"id"`   // of the notice; the same in every attempt
	Kind string    `json:"kind"` // the key of the notice, as recommend.notice.arrived
	Text string    `json:"text"`
	Link string    `json:"link"` // where there is more of it, for those who may sign in
	At   time.Time `json:"at"`
}

// bodies write a message in the form of a format.
var bodies = map[Format]func(Message, stamp) any{
	JSON:     func(m Message, _ stamp) any { return m },
	WeCom:    func(m Message, _ stamp) any { return robot{"text", robotText{m.plain()}} },
	DingTalk: func(m Message, _ stamp) any { return robot{"text", robotText{m.plain()}} },
	Feishu: func(m Message, s stamp) any {
		at, sign := s.lark()
		return larkRobot{at, sign, "text", larkText{m.plain()}}
	},
}

// robot is a text as the robots of WeCom and DingTalk take it.
type robot struct {
	Type string    `json:"msgtype"`
	Text robotText `json:"text"`
}

type robotText struct {
	Content string `json:"content"`
}

// larkRobot is a text as the robots of Feishu take it.
type larkRobot struct {
	Timestamp string   `json:"timestamp,omitempty"`
	Sign      string   `json:"sign,omitempty"`
	Type      string   `json:"msg_type"`
	Content   larkText `json:"content"`
}

type larkText struct {
	Text string `json:"text"`
}

// maxText is how many characters a robot is told: WeCom takes 2,048 bytes.
const maxText = 600

// plain is the message as one text.
func (m Message) plain() string {
	text := []rune(m.Text)
	if len(text) > maxText {
		text = append(text[:maxText-1], '…')
	}
	return string(text) + "\n" + m.Link
}

func (m Message) body(f Format, s stamp) ([]byte, error) { return json.Marshal(bodies[f](m, s)) }

// refusal is the number with which a robot refuses a message in an answer of
// status 200; 0 for none.
func (f Format) refusal(answer []byte) int64 {
	if f == JSON {
		return 0
	}
	var said struct {
		ErrCode int64 `json:"errcode"`
		Code    int64 `json:"code"`
	}
	if json.Unmarshal(answer, &said) != nil {
		return 0 // the status alone speaks
	}
	if said.ErrCode != 0 {
		return said.ErrCode
	}
	return said.Code
}
