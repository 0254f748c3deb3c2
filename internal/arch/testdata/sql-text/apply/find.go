package apply

const find = `
	SELECT id, state
	FROM applications
	WHERE id = $1`
