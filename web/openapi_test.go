package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "rewrite static/openapi.json")

// TestOpenAPI holds static/openapi.json to the routes: what the API reads and
// answers with is said once, by the structs of the handlers.
func TestOpenAPI(t *testing.T) {
	made, err := json.MarshalIndent(describe(t, (&Server{}).routes()), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	const file = "static/openapi.json"
	if *update {
		if err := os.WriteFile(file, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(have, made) {
		t.Errorf("%s does not describe the routes: go test ./web -run OpenAPI -update (%v)", file, err)
	}
}

// summaries say what each operation does.
var summaries = map[string]string{
	"getAccount":  "your account, roles, sessions and tokens",
	"postAccount": "change your own particulars",

	"getInbox":            "what you were told, the newest first",
	"postInboxRead":       "mark what you were told as read, up to one notice",
	"postInboxNoticeOpen": "mark a notice as read; the answer says where there is more of it",

	"getCalls":                                "published calls, those that end next first",
	"getCallsCall":                            "one call with its windows, files and extensions",
	"getCallsCallClauses":                     "the notice clause by clause, beside the rules it became",
	"getCallsCallCheck":                       "the questions that decide whether a unit can apply",
	"postCallsCallCheck":                      "answer every condition on some facts; keep stores them under a link",
	"getDesk":                                 "what waits for an authority, and its calls",
	"postCalls":                               "draft a call from a package",
	"postCallsCallSchedule":                   "set a window of a draft",
	"postCallsCallPublish":                    "publish a draft",
	"postCallsCallWithdraw":                   "take a call back, for a reason",
	"postCallsCallExtensions":                 "propose a later end of a window",
	"postCallsCallExtensionsExtensionApprove": "approve an extension that somebody else proposed",

	"postCallsCallApply":                         "begin an application; the same key begins one, facts are those of the short form",
	"getApplications":                            "your applications, or those submitted below your authority, the last changed first",
	"getApplicationsApplication":                 "one application with its versions",
	"postApplicationsApplicationWithdraw":        "take a submitted application back while the window is open",
	"postApplicationsApplicationDrop":            "give up an application that is not submitted, for good",
	"postApplicationsApplicationFollow":          "go on under the amendment of the call",
	"postApplicationsApplicationReturn":          "return an application; field and remark are pairs",
	"getApplicationsApplicationFormSection":      "a section of the form: what was filled in, by the name of the field",
	"postApplicationsApplicationFormSectionPick": "take rows of the unit's roster into a list, or one row into the facts about a person; over replaces what was typed, fields are saved before",
	"postApplicationsApplicationFormSection":     "save inputs by their names; was:FIELD is the hash that was shown, drop:FIELD removes a row, mine:FIELD overrules",
	"getApplicationsApplicationCheck":            "all that stands in the way of submitting; seen is to be sent with the submission",
	"postApplicationsApplicationCheck":           "save reasons for exceptions, reason/RULE",
	"postApplicationsApplicationSubmit":          "submit; the answer is the version with its signed receipt, the same key gives the same one",
	"getFormToken":                               "a token for forms, for a page that outlived its session",

	"getPapers":                                "the register of what came on paper; show is awaited, incomplete, late, refused or all",
	"getPapersApplication":                     "how the paper original of an application stands, and what is asked",
	"postPapersApplication":                    "enter what came on paper; item is MATERIAL:there, :sealed or :signed, corrects the line that this one stands for",
	"getComplaintsNew":                         "where to complain of an intermediary under a call",
	"getComplaints":                            "complaints about intermediaries that your office answers, the newest first",
	"getComplaintsComplaint":                   "one complaint",
	"postComplaintsComplaintAnswer":            "answer a complaint that waits for it; seen says how many messages there were",
	"postComplaintsComplaintReveal":            "how whoever complained can be reached; that it was looked at is noted",
	"getApplicationsApplicationVersions":       "what was submitted of an application",
	"getApplicationsApplicationVersionsNumber": "a submitted version with its receipt",
	"getApplicationsApplicationCompare":        "what differs between two versions",
	"postApplicationsApplicationAppeal":        "ask that a refusal is looked at again",
	"getQueue":                                 "the work of an authority",
	"getQueueStep":                             "a case: findings, questions, evidence, chain",
	"postQueueStepSign":                        "sign an answer",
	"postQueueStepEndorse":                     "pass an application on, or recommend it",
	"postQueueStepReturn":                      "return an application to be mended",
	"postQueueStepRefuse":                      "do not recommend an application",
	"postQueueStepFile":                        "take note of an application",
	"postQueueStepReceive":                     "receive what was recommended",
	"postQueueStepAppeal":                      "answer the request to look again",
	"postCallsCallRelay":                       "set an authority's own deadline and message",
	"postQueueStepLettersLetterRemove":         "take a letter away while its step is not decided",
	"getHooks":                                 "the webhooks of your unit, with what was sent there last",
	"postHooks":                                "add a webhook; its secret is in the answer, and nowhere after",
	"postHooksHookState":                       "turn a webhook: active, paused or removed",
	"postHooksHookTry":                         "send a test to a webhook",

	"getApplicationsApplicationFiles":               "the materials of an application with their files, and unfinished uploads",
	"postApplicationsApplicationFilesFileRemove":    "take a file out of an application",
	"postApplicationsApplicationUploads":            "announce a file that comes in parts",
	"getApplicationsApplicationUploadsUpload":       "where an upload stands; with sums, the hashes of what is there",
	"postApplicationsApplicationUploadsUploadParts": "the next part of a file, at most 8 MiB; offset is where the upload stands",
	"postApplicationsApplicationUploadsUploadEnd":   "make the file of an upload of which every byte is there",
	"postApplicationsApplicationUploadsUploadDrop":  "forget an upload",

	"getApplicationsApplicationPlan":             "the plan section by section, and how an uploaded file compares with the outline",
	"postApplicationsApplicationPlan":            "save sections of the plan, by the name of the field; was:FIELD is the hash that was shown",
	"getApplicationsApplicationPartners":         "the units of an application and what each has still to do; to a partner, its part",
	"postApplicationsApplicationPartnersInvite":  "invite a registered unit by its credit code, or ask it to confirm again",
	"postApplicationsApplicationPartnersRemove":  "take a unit out that brought nothing",
	"postApplicationsApplicationPartnersConfirm": "confirm the part of one's own unit as it was seen",
	"postApplicationsApplicationPartnersDecline": "decline an invitation, with a reason",

	"getTables":             "summary tables of your authority, those handed up to it, and those that it may begin",
	"postTables":            "begin the table of an early hand-in, which the authority keeps by hand",
	"getTablesTable":        "a summary table with its rows; row names the one to be written, paper the check code on a print",
	"postTablesTableMove":   "put a row up, down or to a place; how is up, down or to",
	"postTablesTableOrder":  "put all rows into an order; seen is the one in which they stood",
	"postTablesTableRow":    "write the texts of a row, cell.COLUMN, or add a row; seen is the digest that was shown",
	"postTablesTableRemove": "take a row off the table; the step of its application is open again",
	"postTablesTableHandUp": "hand the table up as it stands",
	"postTablesTableReturn": "give a table back to whoever handed it up",

	"getPlaces":                  "places whose name or code holds a text",
	"getUnits":                   "units that you may see",
	"postUnits":                  "register a unit",
	"getUnitsUnit":               "one unit with its profile and members",
	"postUnitsUnitConfirm":       "confirm a unit",
	"postUnitsUnitRefuse":        "refuse a unit, for a reason",
	"postUnitsUnitClose":         "close a unit, for a reason",
	"postUnitsUnitChange":        "change a unit's name or place",
	"postUnitsUnitMove":          "put a unit under another authority",
	"postUnitsUnitMembersInvite": "invite somebody to a role",
	"postUnitsUnitMembersEnd":    "take a role away",

	"getUnitsUnitProfileList":           "the rows of a list of a profile",
	"postUnitsUnitProfileList":          "add or change a row",
	"postUnitsUnitProfileListRemove":    "remove a row",
	"postUnitsUnitProfileListConfirm":   "say that all rows are still true",
	"postUnitsUnitProfileListVerify":    "say for an authority that all rows are true",
	"postUnitsUnitProfileListVerifyRow": "say for an authority that a row is true",
	"postUnitsUnitProfileListReveal":    "read an identity number in full, for a reason",

	"getRegisters":              "registers and who keeps them",
	"getRegistersRegister":      "the part of a register that your unit keeps",
	"postRegistersRegisterUndo": "take back the newest edition of your part, for a reason; the one before stands again",
	"getRegistersRegisterRows":  "rows of a register by text, credit code and day; never identity numbers",
	"postRegistersRegisterAsk":  "whether a person or a unit stands in a register, by its number",
	"getRegistersLooks":         "who looked at registers that are no public lists: the auditor sees all, a keeper those at its part",
	"getPeople":                 "all accounts",
	"postPeoplePersonDisable":   "disable an account",
	"postPeoplePersonEnable":    "enable an account",
	"postAuthorities":           "enter an authority",
	"getJournal":                "lines of the journal, the newest first",
}

// object is a JSON object; json.Marshal sorts its names.
type object map[string]any

// describe makes the OpenAPI 3.1 document of some routes.
func describe(t *testing.T, routes []route) object {
	paths, components := object{}, object{}
	for _, rt := range routes {
		if rt.hidden {
			continue
		}
		path, _ := paths[rt.pattern].(object)
		if path == nil {
			path = object{}
			paths[rt.pattern] = path
		}
		path[strings.ToLower(rt.method)] = operation(t, rt, components)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "Shenbao 申报", "version": "1",
			"description": "The acts of the pages as JSON. What changes something needs a personal token.", "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers":    []any{object{"url": apiPrefix}},
		"paths":      paths,
		"components": object{"schemas": components, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}},
	}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

func operation(t *testing.T, rt route, components object) object {
	op := object{
		"operationId": rt.name(),
		"summary":     summaries[rt.name()],
		"responses": object{
			"200":     object{"description": "the answer", "content": object{"application/json": object{"schema": schema(t, rt.out, components)}}},
			"default": object{"description": "what went wrong (RFC 9457)", "content": object{"application/problem+json": object{"schema": schema(t, reflect.TypeFor[problem](), components)}}},
		},
	}
	if summaries[rt.name()] == "" {
		t.Errorf("%s %s has no summary: %s", rt.method, rt.pattern, rt.name())
	}
	if rt.act != public {
		op["security"], op["x-act"] = []any{object{"token": []any{}}}, rt.act
	}
	var params []any
	for i := range rt.in.NumField() {
		f := rt.in.Field(i)
		name := fieldName(f)
		where := f.Tag.Get("in")
		if f.Type == reflect.TypeFor[octets]() {
			continue
		}
		if where == "" && (rt.method == "GET" || rt.octets) && name != "" {
			where = "query"
		}
		if where == "path" && !strings.Contains(rt.pattern, "{"+name+"}") {
			t.Errorf("%s has no {%s}", rt.pattern, name)
		}
		if where != "" {
			params = append(params, object{"name": name, "in": where, "required": where == "path", "schema": schema(t, f.Type, components)})
		}
	}
	for _, m := range parameter.FindAllStringSubmatch(rt.pattern, -1) {
		if !strings.Contains(tagsOf(rt.in), `"`+m[1]+`" in:"path"`) {
			t.Errorf("%s: nothing reads {%s}", rt.pattern, m[1])
		}
	}
	if params != nil {
		op["parameters"] = params
	}
	if rt.method == "POST" {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": schema(t, rt.in, components)}}}
		if rt.octets {
			op["requestBody"] = object{"content": object{octetType: object{"schema": object{"type": "string", "format": "binary"}}}}
		}
	}
	return op
}

func tagsOf(s reflect.Type) string {
	var b strings.Builder
	for i := range s.NumField() {
		b.WriteString(string(s.Field(i).Tag) + "\n")
	}
	return b.String()
}

// schema describes a type; named structs go to components and are referred to.
func schema(t *testing.T, of reflect.Type, components object) any {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true}
	whole := r.ReflectFromType(of)
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var s object
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "#/$defs/", "#/components/schemas/")), &s); err != nil {
		t.Fatal(err)
	}
	if defs, ok := s["$defs"].(map[string]any); ok {
		for name, def := range defs {
			components[name] = def
		}
	}
	delete(s, "$defs")
	delete(s, "$schema")
	return s
}
