import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** What the app does when people log in, when they do not, and when an answer is forged. Its argument is the fakes' program. */
final class LoginTest {
    static final String REDIRECT = "http://127.0.0.1:8080/callback"; // nobody listens there: the test is the browser
    static Fakes fakes;
    static Login login;
    static int passed, failed;

    interface Body { void run() throws Exception; }

    static void test(String name, Body body) throws Exception {
        try {
            body.run();
            passed++;
        } catch (Exception | AssertionError e) {
            failed++;
            System.out.println("FAIL " + name + ": " + e);
        }
        fakes.control("POST", "reset", Map.of());
    }

    static void equal(Object want, Object got) {
        if (!want.equals(got)) throw new AssertionError("want " + want + ", got " + got);
    }

    static String refused(Body body) throws Exception {
        try {
            body.run();
        } catch (Login.Refused e) {
            return e.getMessage();
        }
        throw new AssertionError("it was not refused");
    }

    /** Walks from the broker's address to the app's, as a browser does. */
    static JsonNode walk() throws Exception {
        Login.Attempt attempt = login.begin();
        var http = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).cookieHandler(new java.net.CookieManager()).build();
        URI at = attempt.address();
        for (int i = 0; i < 10 && !at.toString().startsWith(REDIRECT); i++) {
            var answer = http.send(HttpRequest.newBuilder(at).build(), HttpResponse.BodyHandlers.discarding());
            at = at.resolve(answer.headers().firstValue("Location").orElseThrow());
        }
        return login.complete(attempt, at);
    }

    static String citizen(String name) throws Exception {
        for (JsonNode c : fakes.control("GET", "citizens", Map.of()).get("citizens")) {
            if (c.get("name").asText().equals(name)) return c.get("id").asText();
        }
        throw new NoSuchElementException(name);
    }

    static void next(Map<String, String> outcome) throws Exception {
        fakes.control("POST", "fakes/criipto/next", Map.of("outcomes", List.of(outcome)));
    }

    public static void main(String[] args) throws Exception {
        try (Fakes started = new Fakes(args[0])) {
            fakes = started;
            JsonNode app = fakes.ready.get("criipto");
            login = new Login(app.get("issuer").asText(), app.get("client_id").asText(), app.get("client_secret").asText(), REDIRECT);

            test("somebody logs in", () -> {
                String id = fakes.control("POST", "citizens", Map.of("name", "Ærø Østergård")).get("id").asText();
                next(Map.of("act", "approve", "citizen", id));
                equal("Ærø Østergård", walk().get("name").asText());
            });
            test("a person who always aborts does so, and the fake says why", () -> {
                String id = citizen("Paiman Petersen");
                fakes.control("PUT", "citizens/" + id + "/always", Map.of("act", "abort"));
                next(Map.of("act", "approve", "citizen", id));
                equal("access_denied", refused(LoginTest::walk));
                JsonNode items = fakes.control("GET", "activity", Map.of()).get("items");
                JsonNode last = items.get(items.size() - 1);
                equal("aborted", last.get("state").asText());
                equal(true, last.get("why").asText().contains("Paiman Petersen"));
            });
            for (var forgery : Map.of("wrong-nonce", "the nonce is another one", "wrong-signature", "the signature is wrong",
                    "expired", "the token has expired", "other-audience", "the audience is another one").entrySet()) {
                test(forgery.getKey(), () -> {
                    fakes.control("POST", "fakes/criipto/tamperings", Map.of("name", forgery.getKey()));
                    next(Map.of("act", "approve", "citizen", citizen("Ditlev Von Testesen")));
                    equal(forgery.getValue(), refused(LoginTest::walk));
                });
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }
}
