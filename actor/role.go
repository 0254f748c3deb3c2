package actor

// PersonID is the key of a [Person].
type PersonID string

// UnitID is the key of a [Unit]; "" where an act is about no unit.
type UnitID string

// A Role (身份) is the capacity in which a person acts for a unit.
type Role string

// The roles. Visitor is everybody without a membership, signed in or not;
// System is the program itself.
const (
	Visitor          Role = "visitor"           // 访客
	Editor           Role = "editor"            // 填报人
	UnitAdmin        Role = "unit_admin"        // 单位管理员
	Officer          Role = "officer"           // 主管部门经办人
	Head             Role = "head"              // 主管部门负责人
	ProgrammeOfficer Role = "programme_officer" // 计划管理处
	Expert           Role = "expert"            // 专家
	Finance          Role = "finance"           // 财务
	Auditor          Role = "auditor"           // 审计员
	SysAdmin         Role = "sysadmin"          // 系统管理员
	System           Role = "system"            // 系统
)

// Roles are all roles, in the order in which pages list them.
var Roles = []Role{Visitor, Editor, UnitAdmin, Officer, Head, ProgrammeOfficer, Expert, Finance, Auditor, SysAdmin, System}
