package main

import (
	"fmt"
	"strings"
)

// upnLetters gives the values of the letters of a UPN: A is 0, Z is 22; I, O
// and S are left out.
const upnLetters = "ABCDEFGHJKLMNPQRTUVWXYZ"

// upnCheckLetter is the letter that makes a valid UPN of the twelve characters
// after it: the sum of value times position (2 to 13), modulo 23.
func upnCheckLetter(body string) byte {
	sum := 0
	for i := range len(body) {
		value := int(body[i] - '0')
		if body[i] > '9' {
			value = strings.IndexByte(upnLetters, body[i])
		}
		sum += value * (i + 2)
	}
	return upnLetters[sum%23]
}

// nextUPN makes a valid UPN that no other child has. The LA part is one of
// the numbers of abolished and present authorities that UPNs carry for life.
func (p *planner) nextUPN(born day) string {
	serial := p.taken.upns
	p.taken.upns++
	body := fmt.Sprintf("%s%04d%02d%03d",
		oneOf(p, "835", "836", "837", "839"), 2000+serial/1000, (int(born)/365+74)%100, serial%1000)
	return string(upnCheckLetter(body)) + body
}

// nhsCheckDigit is the tenth digit of an NHS number, and false for a stem of
// nine digits that has none.
func nhsCheckDigit(stem string) (byte, bool) {
	sum := 0
	for i := range len(stem) {
		sum += int(stem[i]-'0') * (10 - i)
	}
	switch digit := 11 - sum%11; digit {
	case 11:
		return '0', true
	case 10:
		return 0, false
	default:
		return byte('0' + digit), true
	}
}

// nextNHS makes a valid NHS number of the range 999, believed to be kept for
// tests, that no other child has; "" when the range is used up.
func (p *planner) nextNHS() string {
	for p.taken.nhs < 1_000_000 {
		stem := fmt.Sprintf("999%06d", p.taken.nhs)
		p.taken.nhs++
		if digit, ok := nhsCheckDigit(stem); ok {
			return stem + string(digit)
		}
	}
	return ""
}

// nextPostcode makes a well-formed postcode of an area that does not exist;
// now and then the pseudo-postcode of a child without fixed address.
func (p *planner) nextPostcode() string {
	if p.chance(0.01) {
		return "ZZ99 3VZ"
	}
	const inward = "ABDEFGHJLNPQRSTUWXYZ"
	return fmt.Sprintf("SX%d %d%c%c", 1+p.IntN(19), p.IntN(10), inward[p.IntN(len(inward))], inward[p.IntN(len(inward))])
}
