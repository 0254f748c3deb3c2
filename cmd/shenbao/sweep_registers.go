package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/nearest"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/rule/sweep"
)

// registers reads --registers: a facts file with its registers, or a folder with
// a file ID.json for each.
func (s *sweeping) registers(ctx context.Context) error {
	name := s.cmd.Registers
	if name == "" {
		return nil
	}
	if s.cmd.AsOf == "" {
		return fault.New(fault.Invalid, "sweep.registers.as_of").In("--registers")
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return fileFault(name, err)
	case info.IsDir():
		s.table.Registers, err = s.registerFolder(ctx, name)
	default:
		s.table.Registers, err = s.registerFile(ctx, name)
	}
	return err
}

// registerFile reads the registers of a facts file.
func (s *sweeping) registerFile(ctx context.Context, name string) (rule.Registers, error) {
	src, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	all, err := sweep.ReadRegisters(ctx, s.pkg.Schema, src)
	if err == nil {
		err = s.knownRegisters(all)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		err = programme.FactsFault(err, name)
	}
	return all, err
}

// registerFolder reads the files of a folder.
func (s *sweeping) registerFolder(ctx context.Context, folder string) (rule.Registers, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fileFault(folder, err)
	}
	all := rule.Registers{}
	for _, e := range entries {
		name := filepath.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			return nil, fault.New(fault.Invalid, "sweep.registers.file").At(name, 0, 0)
		}
		src, err := s.open(name)
		if err != nil {
			return nil, err
		}
		reg, err := sweep.ReadRegister(ctx, s.pkg.Schema, id, src)
		src.Close()
		if err == nil {
			err = s.knownRegisters(rule.Registers{id: reg})
		}
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		if err != nil {
			return nil, programme.FactsFault(err, name)
		}
		all[id] = reg
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Missing, "sweep.registers.empty").At(folder, 0, 0)
	}
	return all, nil
}

// knownRegisters holds registers to the names of terms/registers.yaml: one that
// is called otherwise would never be asked, and a column that is called
// otherwise never be found.
func (s *sweeping) knownRegisters(all rule.Registers) error {
	term := s.pkg.Terms["registers"]
	if term == nil {
		return nil
	}
	columns := map[string][]string{}
	var ids []string
	for _, reg := range term.Registers {
		ids = append(ids, reg.ID)
		for _, c := range reg.Columns {
			columns[reg.ID] = append(columns[reg.ID], c.ID)
		}
	}
	for id, reg := range all {
		if columns[id] == nil {
			return fault.New(fault.Missing, "sweep.registers.unknown", id, didYouMean(id, ids)).In("registers")
		}
		for _, row := range reg.Rows {
			for column := range row {
				if !slices.Contains(columns[id], column) {
					return fault.New(fault.Missing, "sweep.registers.column", column, id, didYouMean(column, columns[id])).In("registers." + id)
				}
			}
		}
	}
	return nil
}

// didYouMean asks whether a word like another was meant.
func didYouMean(word string, words []string) any {
	if w := nearest.Word(word, words); w != "" {
		return fault.New(fault.Invalid, "rule.near", w)
	}
	return ""
}
