package registry

// Options are the sets that the columns of kind [Choice] choose from: codes, in
// the order in which they are offered. The name of a code is the message
// registry.option.SET_CODE. The sets platform_kind and honour are those of
// programmes/terms, so that rules of packages understand them.
var Options = map[string][]string{
	"sex":        {"male", "female"},
	"document":   {"id", "passport", "permit", "residence"},
	"degree":     {"doctor", "master", "bachelor", "other"},
	"rank":       {"senior", "vice_senior", "middle", "junior", "none"},
	"post":       {"research", "support", "transfer", "management"},
	"use":        {"research", "production", "office", "other"},
	"tenure":     {"owned", "leased", "lent"},
	"level":      {"national", "provincial", "city", "district", "other"},
	"status":     {"building", "running", "merged", "withdrawn"},
	"line":       {"district", "city_department", "direct"},
	"legal_kind": {"institution", "army", "enterprise", "social"},
	"resource":   {"person", "result", "instrument", "premises", "platform"},
	"honour": {"cas_academician", "cae_academician", "nsfc_distinguished", "national_talent", "taishan_scholar",
		"taishan_young", "taishan_industry", "prov_talent", "equivalent", "other"},
	"platform_kind": {"national_lab", "state_key_lab", "state_key_lab_old", "national_tic", "national_tic_branch",
		"national_clinical", "national_engineering_tech", "national_engineering", "national_other", "prov_lab",
		"prov_key_lab", "prov_tic", "prov_clinical", "prov_engineering_tech", "prov_new_rd", "prov_community",
		"prov_other", "enterprise_tech_national", "enterprise_tech_prov", "ministry_key_lab", "city_key_lab",
		"city_tic", "other"},
}
