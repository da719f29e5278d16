package conform_test

import (
	"testing"

	"frontdoor/pipeline/conform"
	"frontdoor/pipeline/ingest"
	"frontdoor/schemas"
)

func TestDecimalsAndListsAreReadAsTheyStand(t *testing.T) {
	c, err := schemas.Parse([]byte(`collection: test
tables:
  - name: sessions
    key: [id]
    fields:
      - {name: id, type: key, privacy: open}
      - {name: share, type: decimal, privacy: open}
      - {name: factors, type: list, privacy: open}
`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := read(t.Context(), c, "sessions", conform.NewKeys(c), conform.Options{}, ingest.Limits{}, delivery{"a.csv", "id,share,factors\n1,12.50,1A; 2B\n2,-0.0001,\n3,1.00001,21\n4,,21;21\n"})
	if err != nil {
		t.Fatal(err)
	}
	checkCounts(t, r)
	share, factors := r.Table.Column("share"), r.Table.Column("factors")
	wantEqual(t, "shares", texts(share, 4), []string{"12.5", "-0.0001", "(unreadable)", "(blank)"})
	wantEqual(t, "shares as delivered", deliveries(share, 4), []string{"12.50", "-0.0001", "1.00001", ""})
	wantEqual(t, "factors", texts(factors, 4), []string{"1A; 2B", "(blank)", "21", "21;21"})
}
