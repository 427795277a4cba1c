import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { anAttachment } from '../../../testing/api-objects';
import { render } from '../../../testing/page';
import { Toaster } from '../toast/toaster';
import { AttachmentPreview } from './attachment-preview';

describe('the preview of a file', () => {
  it('says that the file was not downloaded', async () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: DIALOG_DATA, useValue: anAttachment() },
        { provide: DialogRef, useValue: {} },
      ],
    });
    const page = render(AttachmentPreview);
    page.button('Download').click();
    TestBed.inject(HttpTestingController)
      .expectOne((one) => one.params.get('disposition') === 'attachment')
      .error(new ProgressEvent('error'));
    await page.turn();
    expect(TestBed.inject(Toaster).current()?.text).toBe(
      'invoice.pdf not downloaded. No connection to the server',
    );
  });
});
