// Package voucher is planted.
package voucher
