package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"frontdoor/pipeline"
	"frontdoor/rules"
)

// errInterrupted is what the user is told after Ctrl-C.
var errInterrupted = errors.New("interrupted: nothing was published")

// exit ends the program with a code; err, which may be nil, is told first.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// usage is an error that another command line mends.
func usage(format string, args ...any) error {
	return exit{pipeline.ExitUsage, fmt.Errorf(format, args...)}
}

// execute runs the command line and returns the exit code. Interrupt and terminate end the work in order; a
// second signal ends it at once.
func execute(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	signal.Ignore(syscall.SIGPIPE) // a write into a closed pipe is an error like any other
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := carryOut(ctx, root, args)
	code := exitCode(err)
	if code == pipeline.ExitInterrupted {
		err = errInterrupted
	}
	if told := (exit{}); err == nil || isBrokenPipe(err) || errors.As(err, &told) && told.err == nil {
		return code
	}
	fmt.Fprintln(stderr, "frontdoor:", err)
	return code
}

// undoes marks the commands that end by themselves, and in order, once they are interrupted. All others only
// read and are left behind.
var undoes = map[string]string{"undoes": "true"}

// carryOut runs the command that args name, until it ends or is interrupted.
func carryOut(ctx context.Context, root *cobra.Command, args []string) error {
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	if named, _, err := root.Find(args); err == nil && named.Annotations["undoes"] == "" {
		return ctx.Err()
	}
	return <-ended
}

// exitCode returns the exit code of what a command ended with.
func exitCode(err error) int {
	var e exit
	switch {
	case errors.As(err, &e):
		return e.code
	case isBrokenPipe(err):
		return pipeline.ExitPublished
	case errors.Is(err, rules.ErrUnknown):
		return pipeline.ExitUsage
	}
	return pipeline.ExitCode(err)
}

// newRoot returns the command with all its subcommands.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "frontdoor",
		Short:         "Check children's social care extracts and open figures to their records",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE: func(*cobra.Command, []string) error {
			return usage("say what to do; frontdoor --help lists the commands")
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w; see %s --help", err, c.CommandPath())
	})
	root.AddCommand(
		newRun(), newCheck(), newConvert(), newShow(), newExplain(), newVerify(), newRules(), newMeasures(), newReport(), newKeygen(), newVersion(),
	)
	return root
}

// noCommand refuses what is no subcommand. It does not repeat the word, which may be an identifier.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s has no such command; %s --help lists them", c.CommandPath(), c.CommandPath())
	}
	return nil
}

// exactly demands a number of arguments; what says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%s wants %s, not %d arguments; see %s --help", c.CommandPath(), what, len(args), c.CommandPath())
		}
		return nil
	}
}
