import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** The fakes on free ports, and their control API. The program is given: build it with {@code go build ./examples/fakes}. */
final class Fakes implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    final JsonNode ready;
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();

    Fakes(String program) throws IOException {
        process = new ProcessBuilder(program, "-base-port", "0", "-control").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String line = process.inputReader().readLine(); // one line, once everything listens
        if (line == null) throw new IOException("the fakes do not start");
        ready = JSON.readTree(line);
    }

    /** Calls a method on a path below /control/v1, and returns what is said. */
    JsonNode control(String method, String path, Map<String, ?> body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ready.at("/control/url").asText() + "/control/v1/" + path))
            .header("Content-Type", "application/json")
            .method(method, method.equals("GET") ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        JsonNode said = answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
        if (answer.statusCode() > 299) throw new IOException(said.path("detail").asText());
        return said;
    }

    @Override public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
